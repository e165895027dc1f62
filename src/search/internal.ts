/** What other folders use of this one, and users of `yuju/search` do not. */
export { findStore } from './open-store.ts'
export { columnTypes, peek, textsToIndex } from './row-texts.ts'
export { requireEncoding, requireModel } from './store-model.ts'
export { warnOfIdConflict } from './text-ids.ts'
