#!/bin/sh
# Stops, continues or shows the pretraining run, so that others can measure on a quiet machine: pause.sh stop|cont|status [run]
folder="${EASY_ADAPTATION_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/easy-adaptation}/pretrain/${2:-S}"
pid=$(cat "$folder/pid" 2>/dev/null)
alive() { [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q 'train\.py'; }
case "$1" in
stop) alive && kill -STOP "$pid" && echo "stopped $pid" ;;
cont) alive && kill -CONT "$pid" && echo "continued $pid" ;;
nice) alive && echo "${3:-0}" >"/proc/$pid/autogroup" && echo "group of $pid at nice ${3:-0}" ;; # pause.sh nice S 0: an equal share; 19: only idle time
status)
    if alive; then echo "pid $pid, state $(awk '/^State/ {print $2, $3}' "/proc/$pid/status")"; else echo 'not running'; fi
    tail -n 1 "$folder/log.jsonl" 2>/dev/null
    ;;
*) echo "usage: $0 stop|cont|status [run], or nice RUN LEVEL" >&2; exit 2 ;;
esac
