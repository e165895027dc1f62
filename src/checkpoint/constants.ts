/** Element types a model can be saved in. */
export const SAVE_TYPES = ['float32', 'float16'] as const
/** The element type a model is saved in: one of `SAVE_TYPES`. */
export type SaveType = (typeof SAVE_TYPES)[number]

/** What may turn the logit of a pair into its score. */
export const SCORE_ACTIVATIONS = ['sigmoid', 'identity'] as const
/** What turns the logit of a pair into its score: 1 / (1 + e⁻ˣ), or nothing. */
export type ScoreActivation = (typeof SCORE_ACTIVATIONS)[number]
