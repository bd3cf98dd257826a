import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, plainTime, zonedTime } from "../src/times.js";

test("an instant is written in the account's zone with the offset of that day", () => {
  assert.equal(plainTime("2026-01-15T12:00:00Z", "Europe/Paris"), "2026-01-15 13:00:00 +01:00");
  assert.equal(plainTime("2026-07-15T12:00:00Z", "Europe/Paris"), "2026-07-15 14:00:00 +02:00");
  assert.equal(plainTime("2026-01-15T03:30:05Z", "America/New_York"), "2026-01-14 22:30:05 -05:00");
  assert.equal(plainTime("2026-01-15T12:00:00Z", "Asia/Kathmandu"), "2026-01-15 17:45:00 +05:45");
});

test("the two hours that one local time stands for are told apart by their offset", () => {
  assert.equal(plainTime("2026-10-25T00:30:00Z", "Europe/Paris"), "2026-10-25 02:30:00 +02:00");
  assert.equal(plainTime("2026-10-25T01:30:00Z", "Europe/Paris"), "2026-10-25 02:30:00 +01:00");
});

test("midnight is 00:00 and UTC has an offset as well", () => {
  assert.equal(plainTime("2026-03-03T00:00:00Z", "UTC"), "2026-03-03 00:00:00 +00:00");
});

test("a zone that is not known gives UTC and says so", () => {
  const zoned = zonedTime("2026-01-15T12:00:00Z", "Mars/Olympus");
  assert.equal(zoned?.time, "12:00:00");
  assert.equal(zoned?.offset, "+00:00");
  assert.match(zoned?.zone ?? "", /UTC.*Mars\/Olympus/);
});

test("what is no time is shown as it came", () => {
  assert.equal(zonedTime("soon", "UTC"), null);
  assert.equal(plainTime("soon", "UTC"), "soon");
});

test("ages are counted by the server's clock and never negative", () => {
  const now = "2026-01-15T12:00:00Z";
  assert.equal(ago("2026-01-15T11:59:48Z", now), "12s ago");
  assert.match(ago("2026-01-15T11:57:00Z", now), /^3m/);
  assert.match(ago("2026-01-15T07:00:00Z", now), /^5h/);
  assert.match(ago("2026-01-13T11:00:00Z", now), /^2d/);
  assert.equal(ago("2026-01-15T12:00:09Z", now), "0s ago");
});
