// An ACP agent whose prompts are the names of what it then sends: see long-contents.mjs.
import { contents } from './long-contents.mjs';
import { serveAgent } from './stdio-agent.mjs';

/** Updates after which it takes a breath, as what streams does. */
const breathAfter = 50;

const { update } = serveAgent(async (what) => {
  let count = 0;
  for (const one of contents[what]()) {
    await update(one);
    if (++count % breathAfter === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await update({ sessionUpdate: 'notice', title: `The ${what} is over.` });
});
