# A distributor's packages may have the same names. Theirs gets its second name first, and dpkg puts ours over the first by one
# rename: there is no moment without. What is installed later goes beside by itself.
package=PACKAGE
shared_places='SHARED'
divert_places() {
  for place in $shared_places; do
    if [ "$(dpkg-divert --listpackage "$place")" = "$package" ]; then continue; fi
    if [ -e "$place" ] || [ -L "$place" ]; then
      if [ -e "$place.distrib" ] || [ -L "$place.distrib" ]; then
        echo "$package: $place.distrib is there already: move it away, for $place has to be kept there" >&2
        exit 1
      fi
      ln -PT "$place" "$place.distrib"
    fi
    dpkg-divert --quiet --package "$package" --no-rename --divert "$place.distrib" --add "$place"
  done
}
give_places_back() {
  for place in $shared_places; do
    dpkg-divert --quiet --package "$package" --rename --divert "$place.distrib" --remove "$place"
  done
}
