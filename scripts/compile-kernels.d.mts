export const KERNEL_FILES: Readonly<Record<'eight-bit.ts' | 'nearest.ts' | 'optimizer.ts', string>>
export function compileKernels(source: keyof typeof KERNEL_FILES): Promise<string>
