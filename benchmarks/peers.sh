#!/bin/sh
# Make an environment for each peer that the benchmarks run beside ours.
#
#   benchmarks/peers.sh FOLDER [lm-eval] [opencompass] [inspect] [evalscope] [lighteval]
#   benchmarks/peers.sh FOLDER datatrove corpus-assay decon
#
# Prints the variables to set.  Torch comes first, so that no peer replaces it.
set -eu

folder=${1:?usage: peers.sh FOLDER [lm-eval] [opencompass] [inspect] [evalscope] [lighteval]}
shift
[ $# -gt 0 ] || set -- lm-eval opencompass
python=${PYTHON:-python3.11}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

make_env() {
    [ -x "$folder/$1/bin/python" ] || "$python" -m venv "$folder/$1"
    "$folder/$1/bin/pip" install -q torch==2.13.0
}

for peer in "$@"; do
    case $peer in
    lm-eval)
        make_env lm-eval
        "$folder/lm-eval/bin/pip" install -q "lm-eval[api,hf]==0.4.13" \
            math-verify==0.9.0 antlr4-python3-runtime==4.11.0
        echo "export LM_EVAL_PY=$folder/lm-eval/bin/python"
        ;;
    opencompass)
        make_env opencompass
        # Versions it does not pin, but does not work without.
        "$folder/opencompass/bin/pip" install -q opencompass==0.5.4 "pyarrow<20" \
            transformers==4.57.1 "pandas<3" "sentence-transformers<5.2" "gradio-client<2" \
            math-verify==0.9.0 antlr4-python3-runtime==4.11.0
        echo "export OPENCOMPASS_PY=$folder/opencompass/bin/python"
        ;;
    inspect)
        [ -x "$folder/inspect/bin/python" ] || "$python" -m venv "$folder/inspect"
        "$folder/inspect/bin/pip" install -q inspect-ai==0.3.285 openai==3.57.0
        echo "export INSPECT_PY=$folder/inspect/bin/python"
        ;;
    evalscope)
        make_env evalscope
        "$folder/evalscope/bin/pip" install -q evalscope==1.14.1
        echo "export EVALSCOPE_PY=$folder/evalscope/bin/python"
        ;;
    lighteval)
        make_env lighteval
        "$folder/lighteval/bin/pip" install -q lighteval==0.13.0 "huggingface_hub<1" \
            "transformers<5" "xxhash<4"
        # It fetches this file when it is imported, and needs no word of it.
        touch "$folder"/lighteval/lib/python3*/site-packages/lighteval/tasks/tasks/tinyBenchmarks.pkl
        echo "export LIGHTEVAL_PY=$folder/lighteval/bin/python"
        ;;
    datatrove)
        [ -x "$folder/datatrove/bin/python" ] || "$python" -m venv "$folder/datatrove"
        "$folder/datatrove/bin/pip" install -q datatrove==0.10.1 orjson regex numpy "xxhash<4" spacy nltk
        echo "export DATATROVE_PY=$folder/datatrove/bin/python"
        ;;
    corpus-assay | decon)
        # Both need Python 3.12 or newer.
        [ -x "$folder/$peer/bin/python" ] || "${PYTHON312:-python3.12}" -m venv "$folder/$peer"
        if [ "$peer" = decon ]; then
            "$folder/decon/bin/pip" install -q decontaminate==0.3.0.post4
            echo "export DECON_PY=$folder/decon/bin/python"
        else
            "$folder/corpus-assay/bin/pip" install -q corpus-assay==0.1.0
            echo "export CORPUS_ASSAY_PY=$folder/corpus-assay/bin/python"
        fi
        ;;
    *)
        echo "unknown peer: $peer" >&2
        exit 2
        ;;
    esac
done
