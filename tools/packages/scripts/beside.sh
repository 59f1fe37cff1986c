# rpm knows no diversions: what a distributor's package has in our places is kept beside, and ours put there, each by one
# rename; again whenever such a package has put something there. PLACE=SOURCE, where the source is the target of a link, or a
# file to copy when the place is no link of ours.
shared_places='SHARED'
is_ours() {
  if [ -L "$1" ]; then [ "$(readlink "$1")" = "$2" ]; else [ ! -x "$2" ] && cmp -s "$1" "$2"; fi
}
take_places() {
  for pair in $shared_places; do
    place=${pair%%=*} source=${pair#*=}
    if is_ours "$place" "$source"; then continue; fi
    mkdir -p "${place%/*}"
    if [ -e "$place" ] || [ -L "$place" ]; then ln -fPT "$place" "$place.distrib"; fi
    if [ -x "$source" ]; then ln -s "$source" "$place.new"; else cp -p "$source" "$place.new"; fi
    mv -fT "$place.new" "$place"
  done
}
# rpm has taken ours away already, but where another package has a file of that name.
give_places_back() {
  for pair in $shared_places; do
    place=${pair%%=*} source=${pair#*=}
    if [ -e "$place.distrib" ] || [ -L "$place.distrib" ]; then
      mv -fT "$place.distrib" "$place"
    elif [ -L "$place" ] && [ "$(readlink "$place")" = "$source" ]; then
      rm "$place"
    fi
  done
}
