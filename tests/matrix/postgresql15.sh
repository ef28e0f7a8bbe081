#!/usr/bin/env bash
# The oldest server that Wikishelf promises, PostgreSQL 15 with pgvector 0.8.0, unpacked in the folder $1 of a machine with Debian 12.
# Nothing is installed, so this needs no root and starts no service: PostgreSQL finds its files relative to its programs.
set -euo pipefail
unset MAKEFLAGS # of the make that runs this
cd "$1"
PACKAGES=(postgresql-15 postgresql-client-15 libpq5) # with what they stand on, as far as this machine lacks it
PGVECTOR=0.8.0                                       # the version that Debian 13 has, built here for PostgreSQL 15
KEYS=/usr/share/keyrings/debian-archive-keyring.gpg

give_up() {
    echo "$1" >&2
    exit 1
}

command -v apt-get >/dev/null || give_up "the packages come from Debian 12, and this machine has no apt-get"
for program in make gcc; do
    command -v $program >/dev/null || give_up "pgvector is built here, and this machine has no $program"
done
mkdir -p archives/partial lists/partial
own=(-qq -o Debug::NoLocking=true -o APT::Sandbox::User=root -o Dir::Cache="$PWD" -o Dir::Cache::Archives="$PWD/archives")
[ "$(id -u)" != 0 ] || apt-get update -qq
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 'Codename: bookworm' | sed -n 1p)
[ -n "$mirror" ] || give_up "the packages come from Debian 12, which this machine's apt-get does not know"
apt-get "${own[@]}" install --yes --reinstall --download-only --no-install-recommends "${PACKAGES[@]}"
(cd archives && apt-get "${own[@]}" download postgresql-server-dev-15)
for package in archives/*.deb; do dpkg-deb --extract "$package" .; done

echo "deb-src [signed-by=$KEYS] $mirror trixie main" >sources.list
own+=(-o Dir::State::Lists="$PWD/lists" -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null)
apt-get "${own[@]}" update
apt-get "${own[@]}" source --download-only pgvector
tar xzf pgvector_$PGVECTOR.orig.tar.gz
export LD_LIBRARY_PATH="$PWD/usr/lib/$(gcc -print-multiarch)"
build=(make -s -C pgvector-$PGVECTOR PG_CONFIG="$PWD/usr/lib/postgresql/15/bin/pg_config" with_llvm=no)
"${build[@]}" -j2 OPTFLAGS="" >build.log 2>&1 && "${build[@]}" install >>build.log 2>&1 || give_up "$(tail -5 build.log)"
