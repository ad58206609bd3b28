/** What was done to the log. */
export type FindingKind =
  | 'altered'
  | 'removed'
  | 'erased'
  | 'added_outside'
  | 'leaf_removed'
  | 'leaf_added'
  | 'subtree_altered'
  | 'cut_off'
  | 'forked'
  | 'unsigned'
  | 'not_ours'

/** One thing that is wrong, for people and for programs. */
export interface Finding {
  readonly kind: FindingKind
  /** The leaf, where it is about one. */
  readonly index?: number
  readonly eventId?: string
  /** What was done, to which event, in one sentence. */
  readonly sentence: string
}
