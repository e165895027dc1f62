/** What other folders use of this one, and users of `yuju/train` do not. */
export { COMPARISONS, RELATIONS } from './losses/index.ts'
