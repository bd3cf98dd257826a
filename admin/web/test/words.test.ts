import assert from "node:assert/strict";
import { test } from "node:test";
import { browserWords } from "../src/browser_words.js";
import { strings } from "../src/strings.js";

test("user agents are put in words", () => {
  const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36";
  assert.equal(browserWords(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`), "Chrome 128 on Windows");
  assert.equal(browserWords(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/127.0.0.0`), "Edge 127 on Windows");
  assert.equal(
    browserWords("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    "Firefox 128 on Linux",
  );
  assert.equal(
    browserWords(
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    ),
    "Safari 17 on iOS",
  );
  assert.equal(browserWords("something <else>"), "something <else>");
});

test("the words of the figures", () => {
  const { figures } = strings;
  assert.equal(figures.currentOf(12, 50), "12 of 50");
  assert.equal(figures.currentOf(12, null), "12 in use");
  assert.equal(figures.agentsInSessions(1950, 2013), "1,950 agents in 2,013 sessions");
  assert.equal(figures.agentsInSessions(1, 1), "1 agent in 1 session");
  assert.equal(figures.untracked(1), "1 request passed untracked.");
});

test("the question tells how many were active in the last minute", () => {
  const { question } = strings;
  assert.equal(question.title(1), "Terminate 1 session?");
  assert.equal(question.title(1200), "Terminate 1,200 sessions?");
  assert.equal(question.active(0, 1), "It was not active in the last minute.");
  assert.equal(question.active(1, 1), "It was active in the last minute.");
  assert.equal(question.active(0, 3), "None of them was active in the last minute.");
  assert.equal(question.active(1, 3), "1 of them was active in the last minute.");
  assert.equal(question.active(2, 3), "2 of them were active in the last minute.");
});

test("the result names every outcome that occurred", () => {
  const { summary } = strings.result;
  assert.equal(summary({ terminated: 1, ending: 0, already_gone: 0 }), "1 session terminated.");
  assert.equal(
    summary({ terminated: 3, already_gone: 1, not_found: 2 }),
    "3 sessions terminated, 1 had already ended, and 2 not found.",
  );
  assert.equal(
    summary({ terminated: 1, ending: 2 }),
    "1 session terminated and 2 sessions will end when the agent has finished.",
  );
  assert.equal(summary({ kept: 2, not_ending: 1 }), "2 sessions kept and 1 was not ending.");
  assert.equal(summary({ terminated: 0, ending: 0, already_gone: 0 }), "No session was left to act on.");
});

test("an ending session says until when at the latest, where there is a limit", () => {
  const { ending } = strings;
  assert.equal(ending.badge(null), "ending");
  assert.equal(ending.badge("11:07:12"), "ending until 11:07:12");
  assert.equal(ending.hint(null), "It ends when the agent has finished.");
  assert.equal(ending.hint("tomorrow"), "It ends when the agent has finished, at tomorrow at the latest.");
});
