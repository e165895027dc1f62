/** The document of errors, as the code says it should be. */
export function errorDocument(): string
