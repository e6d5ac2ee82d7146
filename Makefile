PYTHON ?= python3
BIN := .venv/bin

.PHONY: app test bench quality curves fidelity classroom-model
app: $(BIN)/.ready
	$(BIN)/python -m streamlit run app.py

test: $(BIN)/.ready
	$(BIN)/python -m casebank validate
	$(BIN)/python -m pytest -q

$(BIN)/.ready: requirements.txt
	$(PYTHON) -m venv .venv || { echo "venv is missing: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/pip install -q torch==2.13.0
	$(BIN)/pip install -q -r requirements.txt
	touch $@

# CASES: use cases with known answers; ANSWERS: what their teams would answer, for the interview
quality: $(BIN)/.ready
	$(BIN)/python -m advisor.quality --cases $(CASES) $(if $(ANSWERS),--answers $(ANSWERS))

# DATA: a folder with trec.csv, sst2.csv and clinc150.csv (columns text, label, split)
bench: $(BIN)/.ready
	$(BIN)/pip install -q setfit==1.2.0
	$(BIN)/python -m training.bench --data $(DATA)

# DATA: the same folder; how well learning curves are extrapolated
curves: $(BIN)/.ready
	$(BIN)/python -m training.curve_check --data $(DATA)

# DATA: the same folder, with geoquery_nl2sql.jsonl too; does a small pilot's verdict hold?
fidelity: $(BIN)/.ready
	$(BIN)/python -m advisor.fidelity --data $(DATA)

# Trains the classroom model anew, some 25 minutes on two cores; its card says what it is for
classroom-model: $(BIN)/.ready
	$(BIN)/python -m training.classroom
