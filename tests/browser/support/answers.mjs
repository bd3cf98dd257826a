// Answers of the real server, changed on their way to the page.

/** Gives the members of `change()` to every answer to a URL; a query that only the change knows is left out. */
export async function changeAnswers(page, url, change) {
  await page.route(url, async (route) => {
    const asked = route.request();
    const { "if-none-match": _, ...headers } = asked.headers();
    try {
      const response = await route.fetch({ url: asked.url().split("?")[0], headers });
      await route.fulfill({ response, json: { ...(await response.json()), ...change() } });
    } catch {
      if (!page.isClosed()) {
        await route.abort().catch(() => {}); // The test sees the request fail, or has ended meanwhile.
      }
    }
  });
}
