import assert from "node:assert/strict";
import { test } from "node:test";
import { axisSteps, levels, stepPath } from "../src/plot.js";

test("an axis has round steps, few of them, from 0 up to the highest count", () => {
  assert.deepEqual(axisSteps(1, 6), [0, 1]);
  assert.deepEqual(axisSteps(6, 6), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(axisSteps(7, 6), [0, 2, 4, 6]);
  assert.deepEqual(axisSteps(21, 6), [0, 5, 10, 15, 20]);
  assert.deepEqual(axisSteps(50, 6), [0, 10, 20, 30, 40, 50]);
  assert.deepEqual(axisSteps(1_000_000, 6).at(-1), 1_000_000);
  for (const highest of [1, 13, 99, 100, 101, 2013, 70_001, 9_999_999]) {
    const steps = axisSteps(highest, 6);
    assert.ok(steps.length <= 7 && steps.length >= 2 && (steps.at(-1) ?? 0) <= highest, `${highest}: ${steps.join()}`);
  }
});

test("spans without a change are one", () => {
  assert.deepEqual(levels([2, 2, 3, null, null, 3, 0]), [
    [0, 2, 2],
    [2, 3, 3],
    [5, 6, 3],
    [6, 7, 0],
  ]);
});

const x = (place: number) => place * 10;
const y = (count: number) => 100 - count;

test("a line of steps has a gap where nothing is known", () => {
  assert.equal(stepPath([2, 2, 3, null, 5], x, y), "M0 98H20V97H30M40 95H50");
  assert.equal(stepPath([null, null], x, y), "");
});

test("the ground under a line of steps goes down to the floor before each gap", () => {
  assert.equal(stepPath([2, null, 5], x, y, 100), "M0 100V98H10V100ZM20 100V95H30V100Z");
  assert.equal(stepPath([], x, y, 100), "");
});
