/** Element types a model can be saved in. */
export const SAVE_TYPES = ['float32', 'float16'] as const
/** The element type a model is saved in: one of `SAVE_TYPES`. */
export type SaveType = (typeof SAVE_TYPES)[number]
