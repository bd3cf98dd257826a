// The page as its user sees it.

const rows = (page) => page.locator(".scroller tbody tr");

export const refresh = (page) => page.getByRole("button", { name: "Refresh" });
export const terminate = (page) => page.getByRole("button", { name: "Terminate Session", exact: true });
export const confirm = (page) => page.getByRole("dialog").getByRole("button", { name: /^Terminate/ });
export const tickAll = (page) => page.getByRole("checkbox", { name: "Select all sessions on this page" });
export const tickOf = (page, agent) =>
  page.getByRole("checkbox", { name: new RegExp(`^Select the session of ${agent},`) });
export const rowOf = (page, agent) => rows(page).filter({ has: page.getByRole("rowheader", { name: agent, exact: true }) });

/** A choice of "When" in the question. */
export const when = (page, name) => page.getByRole("dialog").getByRole("radio", { name });

export const headers = (page) =>
  page.locator(".scroller thead th").evaluateAll((cells) =>
    cells.map((cell) =>
      cell.querySelector("input[type=checkbox]") ? "check box" : (cell.querySelector("button") ?? cell).textContent.trim(),
    ),
  );

export const agents = (page) => page.locator(".scroller tbody .column-agent").allInnerTexts();
export const refs = (page) => rows(page).evaluateAll((cells) => cells.map((row) => row.dataset.ref));
export const tickedRefs = (page) =>
  rows(page).evaluateAll((all) =>
    all.filter((row) => row.querySelector("input:checked")).map((row) => row.dataset.ref),
  );

/** The value and the meaning under it, of a figure. */
export async function figure(page, name) {
  const block = page.locator(".figure", { has: page.locator(".term", { hasText: name }) });
  return { value: await block.locator(".value").innerText(), meaning: await block.locator(".meaning").innerText() };
}

/** Presses a control and waits until the list that this asks for is shown. */
export async function afterList(page, act) {
  const answered = page.waitForResponse((response) => /\/api\/1\/sessions\?/.test(response.url()));
  await act();
  await answered;
  await page.locator('table[aria-busy="false"]').first().waitFor();
}
