// Everything that the page shows is asked for at once, and shown together when all of it has come.

import { batch, signal } from "@preact/signals";
import { type Api, type Problem, problemOf } from "../api.js";
import { type Paging, kPageSize } from "../paging.js";
import type { Health, Usage } from "../types.js";
import type { Asker } from "./asker.js";
import type { ShownList } from "./shown_list.js";
import type { ShownView } from "./shown_view.js";
import type { UsageGraph } from "./usage_graph.js";

interface Parts {
  asker: Asker;
  shownView: ShownView;
  shownList: ShownList;
  paging: Paging;
  graph: UsageGraph;
}

export function createLoading(api: Api, { asker, shownView, shownList, paging, graph }: Parts) {
  const { who, allAccounts } = asker;
  const { sort, filter, account } = shownView;
  const usage = signal<Usage | null>(null);
  const usageProblem = signal<Problem | null>(null);
  const health = signal<Health | null>(null);
  const problem = signal<Problem | null>(null);
  const busy = signal(false);

  let latestTurn = 0;

  async function load({ unasked = false } = {}): Promise<void> {
    const turn = ++latestTurn;
    busy.value = true;
    const asked = who.value && problem.value === null ? Promise.resolve(who.value) : api.whoAmI();
    const [whoAnswer, listAnswer, usageAnswer, healthAnswer, accountsAnswer] = await Promise.allSettled([
      asked,
      api.sessions({
        sort: sort.value,
        limit: kPageSize,
        cursor: paging.cursor(),
        filter: filter.value,
        account: account.value,
      }),
      api.usage(account.value),
      api.health(),
      asked.then(({ accounts }) => (accounts.includes("*") ? api.accounts() : [])),
      graph.loadMonth(),
      graph.loadMinutes(),
    ]);
    if (turn !== latestTurn) {
      return;
    }

    if (!paging.isFirstPage()) {
      if (listAnswer.status === "rejected" && problemOf(listAnswer.reason).status === 400) {
        paging.toFirstPage(); // A cursor the server no longer takes: the first page always works.
        return load();
      }
      if (listAnswer.status === "fulfilled" && listAnswer.value.answer.sessions.length === 0) {
        paging.backOnePage(); // The rows of this page have gone.
        return load();
      }
    }

    batch(() => {
      busy.value = false;
      const failed = [listAnswer, whoAnswer].find((answer) => answer.status === "rejected");
      problem.value = failed?.status === "rejected" ? problemOf(failed.reason) : null;
      usageProblem.value = usageAnswer.status === "rejected" ? problemOf(usageAnswer.reason) : null;
      if (whoAnswer.status === "fulfilled") {
        who.value = whoAnswer.value;
      }
      if (listAnswer.status === "fulfilled") {
        (unasked ? shownList.takeListUnasked : shownList.takeList)(listAnswer.value);
      } else if (!problemOf(listAnswer.reason).passing) {
        shownList.list.value = null; // A refusal: nothing of what was shown before is known to be true or permitted.
      }
      if (usageAnswer.status === "fulfilled") {
        usage.value = usageAnswer.value;
      } else if (!problemOf(usageAnswer.reason).passing) {
        usage.value = null;
      }
      health.value = healthAnswer.status === "fulfilled" ? healthAnswer.value : null;
      if (accountsAnswer.status === "fulfilled") {
        allAccounts.value = accountsAnswer.value;
      }
    });
  }

  return { usage, usageProblem, health, problem, busy, load };
}
