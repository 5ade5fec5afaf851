export default { test: { globalSetup: "./numberkeep.ts" } };
