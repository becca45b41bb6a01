// Next runs this in the browser before anything else. zod looks whether it may use eval(), which no page's policy allows; said here,
// before the first schema is made, it does not even look.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
