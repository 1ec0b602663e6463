#!/bin/sh
# Upload every file that somebody puts into a folder, from cron every few minutes:
#
#   */5 * * * * cd "$HOME/leads" && sh drop-folder.sh inbox
#
# A file that is in goes to FOLDER/done, one that can't be used to FOLDER/failed, with why.txt beside it where something
# is to be done. A file that could not be finished (no network, a kill) stays, and the next time goes on with it. The same
# file dropped twice is not uploaded twice; other leads under a name seen before go on counting (--append). In done, failed
# and reports each file has a folder of its own, called after the time, so that a name as long as a name can be stays as it
# is.
set -u
inbox=${1:?name the folder}
if [ ! -d "$inbox" ]; then
    echo "drop-folder.sh: there is no folder $inbox in $(pwd)" >&2
    exit 3
fi
PATH="$HOME/.local/bin:$PATH" # where uv and pipx install it, and cron does not look
mkdir -p "$inbox/done" "$inbox/failed" "$inbox/reports"

number=0
telecmi-leads resume --quiet --lock-wait 10m || exit $?

for file in "$inbox"/*; do
    # Folders are no leads, and a file changed within the last minute may still be being written.
    [ -n "$(find "$file" -prune -type f -mmin +1 2>/dev/null)" ] || continue
    number=$((number + 1))
    time=$(date +%Y%m%d-%H%M%S)-$number
    reports="$inbox/reports/$time"
    why="$inbox/reports/$time.txt"
    telecmi-leads upload "$file" --name "{file}" --append --quiet --lock-wait 10m --report-dir "$reports" 2>"$why"
    code=$?
    cat "$why" >&2 # cron mails it
    [ -s "$why" ] || rm -f "$why"
    case $code in
        0 | 4) place="done" ;;
        2 | 3) place=failed ;;
        *) exit "$code" ;; # it stays: resume, settings or a full disk come first
    esac
    mkdir "$inbox/$place/$time"
    mv -- "$file" "$inbox/$place/$time/"
    [ -f "$why" ] || continue
    echo "The file is in $inbox/$place/$time now: write that in a command in place of $inbox." | tee -a "$why" >&2
    mv "$why" "$inbox/$place/$time/why.txt"
done
