#!/bin/sh
# primes-factor.sh - an agent around factor(1): counts the numbers with one factor.
# SPDX-License-Identifier: MIT
exec sh "$(dirname "$0")/primes-agent.sh" factor "$1"
