# packages.mk - what the build, the tests and the checkers need, and who installs it.
.PHONY: deps deps-check deps-lint

# installs what is missing; without apt it names the packages
deps:
	@sh share/build/deps.sh install $(DEBS_BUILD)
deps-check:
	@sh share/build/deps.sh install $(DEBS_BUILD) $(DEBS_TEST)
deps-lint:
	@sh share/build/deps.sh install $(DEBS_BUILD) $(DEBS_TEST) $(DEBS_LINT)
