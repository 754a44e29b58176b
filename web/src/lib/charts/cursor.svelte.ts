/** A moment that several charts on one time axis point at together. */
export interface TimeCursor {
  at: Date | null;
}

/** A new cursor that points at nothing. */
export function timeCursor(): TimeCursor {
  let at = $state.raw<Date | null>(null);
  return {
    get at() {
      return at;
    },
    set at(moment: Date | null) {
      at = moment;
    },
  };
}
