// Begins sessions at a gateway as agents' browsers do: a navigation brings the cookie, and the next one begins.
import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { connect } from "node:net";

const asHeader = (text) => Buffer.from(text).toString("latin1");

/** One browser of an agent. Its cookie is what it is. */
export class AgentBrowser {
  #cookie = "";
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url, headers = {}) {
    this.url = url;
    this.headers = headers;
  }

  navigate(path, headers = {}) {
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(path, this.url),
        {
          agent: this.#agent,
          headers: {
            Accept: "text/html",
            ...(this.#cookie === "" ? {} : { Cookie: this.#cookie }),
            ...this.headers,
            ...headers,
          },
        },
        (response) => {
          const [cookie] = response.headers["set-cookie"] ?? [];
          if (cookie) {
            this.#cookie = cookie.split(";")[0];
          }
          response.resume();
          response.on("end", () => resolve(response));
        },
      );
      asked.on("error", reject);
      asked.end();
    });
  }

  close() {
    this.#agent.destroy();
  }
}

/** {agent, account, interactions: {name: instances}, user_agent}; an agent of null is a Guest. */
export async function beginSession(url, { agent = null, account = "acme", interactions = {}, user_agent = null }) {
  const browser = new AgentBrowser(url, {
    "X-Test-Account": account,
    ...(user_agent === null ? {} : { "User-Agent": asHeader(user_agent) }),
  });
  const path = agent === null ? "/app" : `/app?login=${encodeURIComponent(agent)}`;
  await browser.navigate(path);
  await browser.navigate(path);
  for (const [name, instances] of Object.entries(interactions)) {
    for (let instance = 0; instance < instances; ++instance) {
      await browser.navigate("/flow", { "X-Test-Interaction": asHeader(name), "X-Test-Instance": `${name.length}-${instance}` });
    }
  }
  browser.close();
}

/** Sends requests one behind the other without waiting, and resolves to the answers' heads, in order. */
function pipeline(port, requests) {
  return new Promise((resolve, reject) => {
    const heads = [];
    let rest = "";
    const socket = connect(port, "127.0.0.1");
    socket.setEncoding("latin1");
    socket.on("error", reject);
    socket.on("data", (text) => {
      const pieces = (rest + text).split("\r\n\r\n");
      rest = pieces.pop();
      heads.push(...pieces);
      if (heads.length === requests.length) {
        socket.destroy();
        resolve(heads);
      }
    });
    socket.on("close", () => reject(new Error(`closed after ${heads.length} of ${requests.length} answers`)));
    socket.write(requests.join(""));
  });
}

/** As many sessions as asked for, by requests of /quick/AGENT, which nginx has to answer by itself and without a body. */
export async function beginMany(url, count, account = "acme") {
  const { port, host } = new URL(url);
  const batch = 500;
  const mostTimes = 10;
  const navigation = (index, cookie) =>
    `GET /quick/agent-${String(index).padStart(6, "0")} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\n` +
    `User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n` +
    `X-Test-Account: ${account}\r\n${cookie ? `Cookie: ${cookie}\r\n` : ""}\r\n`;
  for (let first = 0; first < count; first += batch) {
    const indexes = Array.from({ length: Math.min(batch, count - first) }, (_, index) => first + index);
    const heads = await pipeline(port, indexes.map((index) => navigation(index)));
    const cookies = heads.map((head) => /^set-cookie: ([^;]+)/im.exec(head)?.[1]);
    assert.ok(cookies.every(Boolean), heads.find((head) => !/^set-cookie:/im.test(head)));
    // Where the zone was busy, the next navigation begins the session.
    let places = [...indexes.keys()];
    for (let time = 0; places.length > 0 && time < mostTimes; ++time) {
      const begun = await pipeline(port, places.map((place) => navigation(indexes[place], cookies[place])));
      places = places.filter((_, number) => !/^x-status: new/im.test(begun[number]));
    }
    assert.equal(places.length, 0, `${places.length} sessions did not begin`);
  }
}
