package app

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// calmHeap is how large the heap may grow before garbage is collected about as
// eagerly as Go does by default: a farm of ten thousand published items takes
// somewhat more.
const calmHeap = 150 << 20

// CalmGC lets small heaps grow instead of collecting them again and again: a
// call of rassync is short, and most of what it reads it needs to the end.
// GOGC and GOMEMLIMIT go before.
func CalmGC() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(calmHeap)
	afterEachGC(func() {
		// A limit near what is in use would have it collected all the time:
		// from there on the heap may grow by half.
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		if metrics.Read(live); live[0].Value.Kind() == metrics.KindUint64 {
			debug.SetMemoryLimit(max(calmHeap, int64(live[0].Value.Uint64()/2*3)))
		}
	})
}

// afterEachGC calls do after each collection.
func afterEachGC(do func()) {
	type mark struct{ _ [16]byte }
	var set func()
	set = func() {
		runtime.AddCleanup(new(mark), func(struct{}) {
			do()
			set()
		}, struct{}{})
	}
	set()
}
