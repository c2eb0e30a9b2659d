/** The section of docs/performance.md on comparing two checkouts. */
export const AGAINST_WORDS = `## What a change costs

Times of different days do not compare: the same code differs by 15–25 %. To see what a change costs, run the state before it beside the state after it:

\`\`\`
git worktree add ../before <commit>              # and npm ci in it
npm run bench -- --against ../before             # all rows, 12 pairs of processes
npm run bench -- --against ../before --quick     # the important rows, 8 pairs: some minutes
npm run bench -- --against ../before --quick --fail   # ends with 1 if a row is slower
\`\`\`

The product of either checkout, from its own sources and with its own packages, is bundled into the same measuring program; the other checkout's \`bench/\` plays no part, and nothing is written into it. In every round both are started afresh, twice, in the order ABBA, turned around from round to round; each start tells what the first gradient took (from the start of the program, Node's own left out, over \`loadClassifier\` to the map). Then they take turns at every row, ABBA again, and at the end of a round tell their largest memory. What counts of a round is the lower quartile of its runs, since other programs only ever add to a time. A round gives one ratio a row, this checkout's value divided by the other's: a table has their median and, in brackets, their quartiles. Above 1 this checkout is slower. A row counts as slower when the lower quartile of its ratios is above 1.05: three rounds of four then say so; such a row is measured once more, and all its rounds count. These rows are listed at the end, and so are those that only the other checkout could run. On a machine that others share it says in how many turns they did, and from a quarter of them on that it decides nothing.

The engine is the one that the product chooses (\`auto\`), \`--engines\` names others; \`--models\`, \`--only\` and \`--training\` choose rows. A checkout compared with itself (\`--against .\`) shows what the machine's noise alone does.`;
