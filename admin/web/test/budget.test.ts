import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const built = path.resolve("../../build/web");
const gzipped = (ending: string) => {
  const files = readdirSync(built).filter((name) => name.endsWith(ending));
  assert.ok(files.length > 0, ending);
  return files.reduce((sum, name) => sum + statSync(path.join(built, name)).size, 0);
};

test("all scripts together are at most 40 kB gzipped, all styles 4 kB", () => {
  assert.ok(gzipped(".js.gz") <= 40_000);
  assert.ok(gzipped(".css.gz") <= 4_000);
});
