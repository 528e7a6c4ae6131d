#!/usr/bin/env node
// The command, as a file that is there before the build: npm links only what exists when it installs.
import '../dist/cli/main.js';
