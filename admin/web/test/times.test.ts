import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, instantOf, lastDayOf, localOf, monthsUpTo, plainTime, shownZone, zonedTime } from "../src/times.js";

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

test("a local time becomes the instant it stands for in the zone", () => {
  assert.equal(instantOf("2026-03-03T14:05", "Europe/Paris"), "2026-03-03T13:05:00.000Z");
  assert.equal(instantOf("2026-07-03T14:05", "America/St_Johns"), "2026-07-03T16:35:00.000Z");
  assert.equal(instantOf("2026-03-03T00:05", "Asia/Kathmandu"), "2026-03-02T18:20:00.000Z");
  assert.equal(instantOf("soon", "UTC"), null);
});

test("of two instants that bear one local time the earlier is meant, and a skipped time is that much later", () => {
  assert.equal(instantOf("2026-10-25T02:30", "Europe/Paris"), "2026-10-25T00:30:00.000Z");
  assert.equal(instantOf("2026-03-29T02:30", "Europe/Paris"), "2026-03-29T01:30:00.000Z");
});

test("an instant is shown as a local time and taken back", () => {
  assert.equal(localOf("2026-03-03T13:05:00.000Z", "Europe/Paris"), "2026-03-03T14:05");
  assert.equal(localOf(undefined, "Europe/Paris"), "");
  assert.equal(instantOf(localOf("2026-11-25T23:59:00.000Z", "Asia/Tokyo"), "Asia/Tokyo"), "2026-11-25T23:59:00.000Z");
});

test("months have their days, and follow each other backwards", () => {
  assert.equal(lastDayOf("2026-02"), "2026-02-28");
  assert.equal(lastDayOf("2028-02"), "2028-02-29");
  assert.equal(lastDayOf("2026-12"), "2026-12-31");
  assert.deepEqual(monthsUpTo("2026-02-11", 3), ["2026-02", "2026-01", "2025-12"]);
});

test("times are shown in the account's zone, in UTC or in the browser's", () => {
  assert.equal(shownZone("account", "Europe/Paris"), "Europe/Paris");
  assert.equal(shownZone("utc", "Europe/Paris"), "UTC");
  assert.equal(shownZone("browser", "Europe/Paris"), Intl.DateTimeFormat().resolvedOptions().timeZone);
});
