package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestFirstSteps goes from the executable alone to the first plan of the
// simulated farm, as README tells a newcomer: serve, load the variables,
// export, plan.
func TestFirstSteps(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	dir := t.TempDir()
	script := `
exec 3< <(exec rassync sim --rate off --env-file sim.env 2>/dev/null)
server=$!
trap 'kill $server' EXIT
while read -r line <&3; do case $line in password:*) break ;; esac; done
[ "$(ls -l sim.env | cut -c1-10)" = "-rw-------" ]
. ./sim.env
rassync export -o farm
rassync plan farm --detailed-exitcode
kill $server
wait $server || true
trap - EXIT
[ ! -e sim.env ]
`
	file := filepath.Join(dir, "steps.sh")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bash, "-e", file)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GOGC=400"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
