/** Waits until the check of the actual value no longer fails, for so many seconds; the last failure counts. */
export async function eventually(actual, check, seconds = 10) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return check(await actual());
    } catch (failure) {
      if (Date.now() > deadline) {
        throw failure;
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
