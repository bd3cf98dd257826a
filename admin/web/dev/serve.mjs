// The page over invented sessions, for looking at it: npm run dev [-- COUNT]
import { startMock } from "./mock_server.mjs";
import { inventSessions } from "./mock_sessions.mjs";

const count = Number(process.argv[2] ?? 250);
const { url } = await startMock({ sessions: inventSessions(count), total: Math.ceil(count * 1.1) });
console.log(url);
