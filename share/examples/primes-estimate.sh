#!/bin/sh
# primes-estimate.sh - an agent that estimates n/ln n and is wrong; it checks others by trial division.
# SPDX-License-Identifier: MIT
exec sh "$(dirname "$0")/primes-agent.sh" estimate "$1"
