/** TypeScript knows a worker's global scope only as that of any worker. */
export const scope = self as unknown as ServiceWorkerGlobalScope;
