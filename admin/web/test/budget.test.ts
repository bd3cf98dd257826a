import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const built = path.resolve("../../build/web");
const gzipped = (pattern: RegExp) => {
  const files = readdirSync(built).filter((name) => pattern.test(name));
  assert.equal(files.length, 1, `${pattern}: ${files.join()}`);
  return statSync(path.join(built, files[0] ?? "")).size;
};

test("what the list waits for is at most 40 kB of script and 4 kB of style, gzipped", () => {
  assert.ok(gzipped(/^app-\w+\.js\.gz$/) <= 40_000);
  assert.ok(gzipped(/^app-\w+\.css\.gz$/) <= 4_000);
});

test("the graph comes after the list, in a file of its own", () => {
  assert.ok(gzipped(/^graph-\w+\.js\.gz$/) <= 25_000);
});
