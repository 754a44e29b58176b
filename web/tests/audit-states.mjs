/** Answers of `/api/v1/audit` that a sound club does not give, made of one that it does. */

const change = (audit, member, changes) => ({ ...audit, logs: audit.logs.map((log) => (log.member === member ? { ...log, ...changes(log) } : log)) });

/** A member other than the one that answers. */
export const another = (audit) => audit.logs.find((log) => log.member !== audit.member).member;

/** The log of `member` is proven to contradict itself; `statement` is the one that says so. */
export function frozen(audit, member, statement = 'e'.repeat(64)) {
  return change(audit, member, (log) => {
    const roots = [log.root, `${log.root.slice(0, 8)}${'5c'.repeat(28)}`];
    const english = `Country: this country’s log exists in two versions that contradict each other, and both bear its signature. ${log.origin} signed a log of ${log.size} entries with root ${roots[0].slice(0, 8)}…, and also a log of ${log.size + 3} entries whose first ${log.size} have root ${roots[1].slice(0, 8)}…: it changed or removed records that it had signed, and both signatures are its own.`;
    const french = `Pays : le journal de ce pays existe en deux versions qui se contredisent, et toutes deux portent sa signature. ${log.origin} a signé un registre de ${log.size} entrées de racine ${roots[0].slice(0, 8)}…, et aussi un registre de ${log.size + 3} entrées dont le début, à la même longueur, a la racine ${roots[1].slice(0, 8)}… : il a modifié ou retiré des inscriptions qu’il avait signées, et les deux signatures sont les siennes.`;
    return {
      standing: 'frozen',
      trouble: english,
      evidence: [{ found: '2026-03-02T09:15:27.000Z', statement, english, french, smaller_size: log.size, smaller_root: roots[0], larger_size: log.size + 3, larger_root_at_smaller: roots[1] }],
    };
  });
}

/** The log of the member that answers signs nothing more. */
export const shut = (audit) => change(audit, audit.member, () => ({ standing: 'shut', trouble: 'the log held here is behind what it has signed' }));

/** It has started, and waits for the others. */
export const waiting = (audit) => change(audit, audit.member, () => ({ standing: 'waiting', trouble: '3 of 5 members have said what they know of this log' }));

/** A member could not be reached, and one has few cosignatures and copies that lag. */
export function troubled(audit) {
  const [first, second] = audit.logs.filter((log) => log.member !== audit.member);
  const away = change(audit, first.member, () => ({ standing: 'troubled', trouble: 'connection refused' }));
  return change(away, second.member, (log) => ({
    witnessed: false,
    cosigners: log.cosigners.slice(0, 3),
    copies: log.copies.slice(0, 4).map((copy, index) => (index === 1 ? { ...copy, size: copy.size - 2, behind: 2 } : copy)),
  }));
}

/** Lets the page have this answer, or what a function makes of the node's own. */
export async function answered(page, make) {
  await page.route('**/api/v1/audit', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: make(await response.json()) });
  });
}
