# Every target that needs the environment creates it first, once, in $(VENV).
#   PYTHON=/path/to/python   the Python to build it with (default: the first suitable one found)
#   VENV=none                use the environment that is active now, for instance conda's

SHELL  := /bin/sh
VENV   ?= .venv
EXTRAS := notebooks,mesh,companion,dev
HERE   := $(CURDIR)

# Colab's Jupyter lies over the environment: what it does not have comes from there. Its old versions warn about
# themselves, which are no errors of ours.
COLAB := .venv-colab/$(if $(filter Windows_NT,$(OS)),Scripts/python.exe,bin/python)

# What is held to one style: the package, its scripts and tests, the notebooks, the sources of the assignments.
CODE := dputils tests benchmarks data notebooks

# Retraining: a scratch folder for the drawn pictures, and how long to train.
POOL   ?= $(or $(TMPDIR),/tmp)/patternnet-pool
ROBUST ?= --steps 7000
PLAIN  ?= --steps 5000

ifeq ($(VENV),none)
PY    := $(if $(PYTHON),$(PYTHON),python)
STAMP :=
else
PY    := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts/python.exe,bin/python)
STAMP := $(VENV)/.installed
# An environment that was moved or copied with its folder still points at the old place: install again.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(HERE))
$(STAMP): FORCE
endif
endif

# Some builds lack parts that we or our dependencies need, and a pyenv shim may exist without a Python behind it.
PROBE := import sys, ssl, venv, ensurepip, ctypes, bz2, lzma; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))

# Every step of an optimization takes and frees the same hundreds of megabytes. Linux's allocator would hand them back to
# the system and fetch them again each time, page by page, a tenth of a step of GoogLeNet's; so it may keep half a
# gigabyte. Other systems do not read these.
MALLOC_MMAP_THRESHOLD_ ?= 67108864
MALLOC_TRIM_THRESHOLD_ ?= 536870912
export MALLOC_MMAP_THRESHOLD_ MALLOC_TRIM_THRESHOLD_

.DEFAULT_GOAL := help
.PHONY: help lab run test quick lint check bench assignments site badges colab patternnet faststyle paintings meshes gallery kernels sums clean FORCE

help:  ## this list
	@echo "Two commands are enough:  make lab  (open the notebooks)   make test  (run the tests)"; echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' Makefile
	@echo; echo "PYTHON=... picks the Python to install with, VENV=none uses the active environment."

lab: $(STAMP)  ## open the notebooks in JupyterLab     (BROWSER=none, LAB_ARGS="--port 9999")
	@if [ "$$(id -u 2>/dev/null)" = 0 ]; then root=--allow-root; fi; \
	 if [ "$(BROWSER)" = none ]; then unset BROWSER; quiet=--no-browser; fi; \
	 exec $(PY) notebooks/lab.py $$root $$quiet $(LAB_ARGS)

run: $(STAMP)  ## execute the notebooks, in place      (NB="00 02", OUT=folder, RUN_ARGS="--jobs 2")
	@$(PY) notebooks/execute.py $(NB) $(if $(OUT),--output "$(OUT)") $(RUN_ARGS)

test: lint  ## check style and types, run the tests    (ALL=1: every notebook; TEST_ARGS="-k images", "-n0 -s" to see prints)
	@$(PY) -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder \
	  $(if $(ALL),,-m "not thorough") $(TEST_ARGS)

quick: $(STAMP)  ## run the quick tests only: two minutes
	@$(PY) -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder -m "not slow and not thorough" --ignore tests/browser $(TEST_ARGS)

lint: $(STAMP)  ## check style, layout, types and the order of imports
	@$(PY) -m ruff check $(CODE) && $(PY) -m ruff format --check --quiet $(CODE)
	@$(PY) -m mypy
	@$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo

check: $(STAMP)  ## check the environment: versions, device, ffmpeg, data
	@$(PY) -m dputils

bench: $(STAMP)  ## measure speed, as ratios
	@set -e; for script in benchmarks/[!_]*.py; do echo "== $$script"; $(PY) "$$script"; done

site: $(STAMP)  ## write every notebook as a page that works offline  (OUT=folder, LANG=zh adds a language)
	@$(PY) notebooks/pages.py $(if $(OUT),"$(OUT)",site) $(if $(filter command%,$(origin LANG)),--language $(LANG))

badges: $(STAMP)  ## write the repository's address into every notebook  (REPO=owner/name)
	@$(PY) notebooks/badges.py $(REPO)

colab: $(STAMP)  ## run widgets and notebooks with Colab's versions of Jupyter  (NB="00 02", RUN_ARGS=…)
	@rm -rf .venv-colab; $(PY) -m venv .venv-colab
	@$(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
	  > "$$($(COLAB) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/beneath.pth"
	@$(COLAB) -m pip install --quiet --quiet --disable-pip-version-check -r tests/colab.txt
	@$(COLAB) -c 'import sys, IPython, ipykernel, ipywidgets, traitlets; print("Python", sys.version.split()[0], \
	  *(f"{m.__name__} {m.__version__}" for m in (IPython, ipykernel, ipywidgets, traitlets)))'
	@$(COLAB) -m pytest -W default tests/test_interactive.py tests/test_live_panel.py tests/test_mesh_viewer.py
	@$(COLAB) notebooks/execute.py $(NB) --output $(or $(OUT),$(or $(TMPDIR),/tmp)/colab-notebooks) $(RUN_ARGS)

assignments: $(STAMP)  ## build and prove the assignments      (A="A1 A3")
	@$(PY) notebooks/assignments/build.py $(A)

patternnet: $(STAMP)  ## retrain both PatternNets from scratch  (ROBUST="--minutes 65" to fit a time)
	@$(PY) data/patternnet/pool.py --out "$(POOL)"
	@$(PY) data/patternnet/train.py robust --pool "$(POOL)" --out data/patternnet/robust.safetensors $(ROBUST)
	@$(PY) data/patternnet/train.py plain --pool "$(POOL)" --out data/patternnet/plain.safetensors $(PLAIN)
	@$(PY) data/patternnet/evaluate.py
	@$(MAKE) sums

faststyle: $(STAMP)  ## retrain the network that repaints in one pass  (FAST="--steps 1500")
	@$(PY) data/fast_style/train.py $(FAST)
	@$(MAKE) sums

paintings: $(STAMP)  ## paint the style pictures again       (PAINT="misty_pines two_carp")
	@$(PY) data/images/make.py $(PAINT)
	@$(MAKE) sums

meshes: $(STAMP)  ## make the 3D objects again            (MESHES="owl teapot")
	@$(PY) data/meshes/make.py $(MESHES)
	@$(MAKE) sums

gallery: $(STAMP)  ## make the slow pictures again         (GALLERY="night_cat leaded_owl")
	@$(PY) data/gallery.py $(if $(GALLERY),--only $(GALLERY))
	@$(MAKE) sums

kernels:  ## assemble the page engine's kernels again  (needs Node.js; gets npm's wabt)
	@npm install --silent --no-audit --no-fund --prefix .cache wabt@1.0.39
	@node dputils/widgets/static/engine/make_kernels.mjs .cache/node_modules

sums: $(STAMP)  ## write data/SHA256SUMS anew, after a change to the data
	@$(PY) -c 'from dputils.data import write_sums; print(write_sums(), "files listed in data/SHA256SUMS")'

clean:  ## remove the environment and everything else that was generated
	@if [ -f "$(VENV)/pyvenv.cfg" ]; then rm -rf "$(VENV)"; fi
	@rm -rf .venv-colab build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache *.egg-info
	@find . -name .git -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -print \
	  | while IFS= read -r folder; do rm -rf "$$folder"; done

FORCE:

# A `dputils` that is installed under that name is this project's until 0.1, or somebody else's: it would be in the way.
ifneq ($(STAMP),)
$(STAMP): pyproject.toml
	@set -e; \
	if ! $(PY) -c '$(PROBE)' >/dev/null 2>&1; then \
	  found=; \
	  for python in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python); do \
	    if "$$python" -c '$(PROBE)' >/dev/null 2>&1; then found=$$python; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "$(if $(PYTHON),$(PYTHON) is not,No) Python 3.11 to 3.14 with ssl, venv, ctypes, bz2 and lzma$(if $(PYTHON),, was found)." >&2; \
	    echo "Install one (on Debian and Ubuntu also python3-venv), or name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
	    exit 1; \
	  fi; \
	  echo "Creating $(VENV) with $$("$$found" -c 'import sys; print("Python", sys.version.split()[0], "from", sys.executable)')"; \
	  "$$found" -m venv --clear "$(VENV)"; \
	fi; \
	echo "Installing dputils and what it needs into $(VENV) (once; PyTorch is large)"; \
	if [ -t 1 ]; then quiet=; else quiet="--quiet --quiet"; fi; \
	$(PY) -m pip uninstall --quiet --quiet --yes --disable-pip-version-check dputils 2>/dev/null || true; \
	$(PY) -m pip install $$quiet --disable-pip-version-check --editable ".[$(EXTRAS)]"; \
	printf %s "$(HERE)" > $(STAMP)
endif
