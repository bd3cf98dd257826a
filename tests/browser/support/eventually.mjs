/** Waits until the check of the actual value no longer fails; the last failure counts. */
export async function eventually(actual, check) {
  const deadline = Date.now() + 10_000;
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
