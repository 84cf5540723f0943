package apply

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"time"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/ras"
	"rassync/internal/runs"
)

// Writer is the write side of a session.
type Writer interface {
	Get(ctx context.Context, path string, query url.Values) (*ras.Answer, error)
	Send(ctx context.Context, req ras.Request) (*ras.Answer, error)
	ApplySettings(ctx context.Context) error
	Pause(ctx context.Context, d time.Duration, reason string) error
}

// Recorder keeps what a run does, line by line; a line is safe when Append
// returns.
type Recorder interface{ Append(runs.Entry) error }

// Options say how a plan is carried out.
type Options struct {
	Writer Writer
	Live   *export.Farm // the farm as it was just read
	// Looks are the looks at the farm for the snapshot; nil: there were none.
	Looks   *Looks
	Journal Recorder
	Sent    *runs.Sent
	// Learnt is how the farm wants to be spoken to; nil: nothing is known.
	Learnt *runs.Learnt
	// Files reads the content of a file that a document refers to.
	Files func(source model.Source, ref model.FileRef) ([]byte, error)
	// Reveal gives the value of a secret at the moment it is sent.
	Reveal func(model.SecretRef) (string, error)
	// LockWait bounds how long one write waits for an object that somebody
	// else holds; 0: not at all.
	LockWait time.Duration
	// StopAtRefusal stops the run at the first change that the farm refuses;
	// otherwise everything that does not depend on it is done.
	StopAtRefusal bool
	// Incomplete: even when everything is done, something is not as it is meant
	// to be; a rollback can be repeated then.
	Incomplete bool
	// StageOnly leaves the settings staged on the farm.
	StageOnly bool
	// Resume converges changes that an earlier run began; Done are those it
	// finished. Begun are the addresses it sent something for: only these may
	// differ from what was planned. nil: any may.
	Resume bool
	Done   map[string]bool
	Begun  map[string]bool
	// IDs are the ids of the objects that the changes of an earlier run are
	// about, by address: that run may have left one under a name in between.
	IDs map[string]string
	// Unchanged tells whether an object is as it was before the earlier run, where
	// the hash of the plan says otherwise: another version may have taken it.
	Unchanged func(context.Context, *model.Object) (bool, error)
	// Owed: an earlier run of the workspace has staged what waits on the farm, so
	// that it is activated even if nothing is left to be done.
	Owed bool
	// MadeBefore are the ids of what an earlier run made, by address.
	MadeBefore map[string][]string
	// Beside are the ids of what had the name before an earlier run made one of that
	// name, as the journal has them, by address.
	Beside map[string]string
	// LateFor is how long a create whose answer was lost is looked for; Lost are
	// those of an earlier run that can still arrive.
	LateFor time.Duration
	Lost    map[string]time.Duration
	// Staging asks the farm what waits to be activated; nil: it cannot be asked.
	// NoneWaited says that nothing did when the run began to read. ActivateForeign
	// activates what others have staged meanwhile; MetForeign says that an earlier
	// part of the run stopped at it.
	Staging         func(context.Context) (Staging, error)
	NoneWaited      bool
	ActivateForeign bool
	MetForeign      bool
	// Activated are those before which the earlier run activated the settings.
	Activated map[string]bool
	// Parallel is how many changes are carried out at once, where nothing orders
	// them.
	Parallel int
	Events   func(Event)
	Now      func() time.Time
}

// Result is what came of a run.
type Result struct {
	Done      int
	Failed    *Failure
	Skipped   int
	Activated bool
	// SettingsID is the number of the farm's settings when the run looked last; 0
	// if it never did.
	SettingsID   int64
	NotConverged []Deviation
	// Unverified are touched objects that could not be read back.
	Unverified []Failure
	// Refused are changes that the farm did not take, or not every property of;
	// the run went on. LeftOut are those that could not be done without them.
	Refused []Failure
	LeftOut []Failure
	// Twins are objects that somebody else made at the same time: those of the run
	// were taken back.
	Twins []Failure
	// ChangedAt is when the farm says that the objects were last changed, as it
	// was read back, by address.
	ChangedAt map[string]string
	// Took names the bodies the farm took where it refused the likelier one.
	Took []string
}

// Failure is the change at which a run stopped.
type Failure struct {
	Address string
	Err     error
}

// Deviation is a value that the farm accepted and reads back differently.
type Deviation struct {
	Address string
	Path    string
	Want    any
	Have    any
}

// StaleError says that an object is not what it was when the plan was made.
type StaleError struct {
	Address string
	Gone    bool
}

// Error says which object changed.
func (e *StaleError) Error() string {
	if e.Gone {
		return e.Address + " was deleted by someone since the plan was made"
	}
	return e.Address + " was changed by someone since the plan was made"
}

// run is what is known of a run. Only who has the turn reads or changes it.
type run struct {
	Options
	cat      *model.Catalog
	plan     *plan.Plan
	turn     *turn
	won      map[string]int
	landed   map[string]bool
	relinked map[string]bool
	result   *Result
	accepted bool // the farm took a write
	wrote    bool // this run or the one that it resumes changed something
	inARow   int  // changes refused one after the other
	// unfinished are the changes that the farm did not take whole; true if it
	// took nothing of them.
	unfinished map[string]bool
	fresh      []*fresh        // what was made and not looked for again yet
	twins      map[string]bool // changes whose object was taken back
	lostPosts  map[string]*lostPost
	beside     map[string]string // Beside, and what this run has found
	foreign    foreign
	// busy is what somebody is just at and others wait for; underway are the writes
	// that are just sent.
	busy     map[string]bool
	underway int
	// folders are the ids of folders by their paths, as long as none is renamed.
	folders   map[string]int64
	foldersAt int
	// samples are the first objects that were made of a kind and site, as the farm
	// made them; asSample are the parts of others that are taken to be like theirs.
	samples  map[string]*model.Object
	asSample map[string]map[*model.Property]bool
	// changes are those of the plan by address, orders left out; stays are the
	// addresses at which there is something in the end.
	changes map[string]*plan.Change
	stays   map[string]bool
	// revealed are the secrets that were sent or are about to be.
	revealed []string
	// deleted are the objects that must be gone in the end.
	deleted []*model.Object
	// did are the addresses of the changes that this run has done.
	did map[string]bool
	// interrupted ends with an interrupt: a change under way is finished all
	// the same, but does not wait for others.
	interrupted context.Context
}

// task is the work on one change of a run.
type task struct {
	*run
	current   *plan.Change // nil: what concerns the whole run
	step      int
	refused   []Refusal // properties of the change that the farm does not take
	latePause time.Duration
	// took is the place of the body that the farm took last among tookOf.
	took, tookOf int
}

// Run carries the plan out, activates the settings and reads back what it wrote.
// The error is non-nil only if nothing useful can be said in the Result: a journal
// that cannot be written, say.
func Run(ctx context.Context, p *plan.Plan, o Options) (*Result, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Looks == nil {
		o.Looks = NewLooks(o.Live, p, o.Now)
	}
	t := newTurn()
	o.Looks.turn = t
	o.Writer = &givingWriter{Writer: o.Writer, turn: t}
	r := &task{run: &run{Options: o, cat: o.Live.Catalog, plan: p, turn: t, won: o.Learnt.Bodies(), landed: map[string]bool{}, relinked: map[string]bool{}, unfinished: map[string]bool{}, did: map[string]bool{}, twins: map[string]bool{}, lostPosts: map[string]*lostPost{}, result: &Result{}, busy: map[string]bool{}, interrupted: ctx, folders: map[string]int64{}, samples: map[string]*model.Object{}, asSample: map[string]map[*model.Property]bool{}, changes: map[string]*plan.Change{}, stays: map[string]bool{}}}
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Action != plan.Reorder && r.changes[c.Address] == nil {
			r.changes[c.Address] = c
		}
		if c := &p.Changes[i]; c.Action != plan.Delete {
			r.stays[c.Address] = true
		}
	}
	t.take()
	defer t.give()
	r.wrote = o.Owed
	r.keepRevealed()
	r.alreadyRelinked()
	r.beside = maps.Clone(o.Beside)
	if r.beside == nil {
		r.beside = map[string]string{}
	}
	r.foreign.known = o.MetForeign
	for address, left := range o.Lost {
		r.lostPosts[createKey(address)] = &lostPost{left: left, earlier: true}
	}
	r.emit(Event{Type: RunStarted, Of: len(p.Changes)})
	if err := r.carryOutAll(ctx); err != nil {
		return r.result, err
	}
	r.step = len(p.Changes)
	err := r.conclude(ctx)
	state := r.state(ctx)
	if jerr := r.note(runs.Entry{Event: "finished", Result: state}); jerr != nil && err == nil {
		err = jerr
	}
	ended := RunFinished
	if ctx.Err() != nil {
		ended = RunInterrupted
	}
	r.emit(Event{Type: ended, Message: state})
	return r.result, err
}

// carryOut carries out one change, unless the run has stopped or something that
// the change needs was not done. The error is that of a journal that cannot be
// written.
func (r *task) carryOut(ctx context.Context, c *plan.Change) error {
	if r.Done[c.Address+" "+string(c.Action)] {
		r.result.Done++
		r.wrote = true
		r.deletedBefore(c)
		return nil
	}
	if r.result.Failed != nil || ctx.Err() != nil {
		r.skip(c, "", nil)
		return nil
	}
	if on := r.waitsFor(c); on != "" {
		r.unfinished[c.Address] = true
		why := "it needs " + on + ", which was not done or not wholly"
		r.result.LeftOut = append(r.result.LeftOut, Failure{Address: c.Address, Err: errors.New(why)})
		r.skip(c, why, nil)
		return nil
	}
	if err := r.lookAgain(context.WithoutCancel(ctx), c); err != nil {
		r.result.Failed = &Failure{Address: c.Address, Err: err}
		r.skip(c, "", err)
		return r.note(runs.Entry{Event: "failed", Error: err.Error()})
	}
	if err := r.activateFor(ctx, c, c.ActivateBefore, runs.ActivatedBefore); err != nil {
		r.result.Failed = &Failure{Address: "the farm's settings", Err: err}
		r.skip(c, "", err)
		return r.note(runs.Entry{Event: "failed", Error: err.Error()})
	}
	about := runs.Entry{Event: "begin", Address: c.Address, Action: string(c.Action)}
	if err := r.note(about); err != nil {
		return err
	}
	r.emit(Event{Type: ChangeStarted, Address: c.Address, Action: string(c.Action)})
	// A change under way is finished although the run is interrupted: it
	// would be half done otherwise.
	if err := r.change(context.WithoutCancel(ctx), c); err != nil {
		r.failed(c, err)
		r.emit(Event{Type: ChangeFailed, Address: c.Address, Action: string(c.Action), Err: err})
		about.Event, about.Error = "failed", err.Error()
		return r.note(about)
	}
	r.inARow = 0
	r.wrote = true
	r.did[c.Address] = true
	r.result.Done++
	r.emit(Event{Type: ChangeDone, Address: c.Address, Action: string(c.Action)})
	about.Event = "done"
	return r.note(about)
}

func (r *task) skip(c *plan.Change, why string, err error) {
	r.result.Skipped++
	r.emit(Event{Type: ChangeSkipped, Address: c.Address, Action: string(c.Action), Message: why, Err: err})
}

// conclude activates what was written, and reads it back.
func (r *task) conclude(ctx context.Context) error {
	if err := r.lookAgain(context.WithoutCancel(ctx), nil); err != nil {
		if r.result.Failed == nil {
			r.result.Failed = &Failure{Address: "what was made", Err: err}
		}
		return r.note(runs.Entry{Event: "failed", Error: err.Error()})
	}
	if r.result.Failed != nil && r.wrote && ctx.Err() == nil && aboutTheObject(r.result.Failed.Err) {
		return r.readBack(ctx)
	}
	if !r.wrote || r.result.Failed != nil || ctx.Err() != nil {
		return nil
	}
	if !r.StageOnly {
		if err := r.activate(ctx, runs.Entry{}); err != nil {
			r.result.Failed = &Failure{Address: "the farm's settings", Err: err}
			return r.note(runs.Entry{Event: "failed", Error: err.Error()})
		}
		r.result.Activated = true
	}
	r.verify(ctx)
	return r.note(runs.Entry{Event: runs.Checked})
}

// state says how the run ended.
func (r *task) state(ctx context.Context) string {
	switch {
	case ctx.Err() != nil:
		return "interrupted"
	case r.result.Failed != nil, len(r.result.Refused) > 0, len(r.result.Twins) > 0:
		return "failed"
	case len(r.result.NotConverged) > 0:
		return "not converged"
	case len(r.result.Unverified) > 0:
		return "not verified"
	case r.Incomplete:
		return "incomplete"
	}
	return "done"
}

func (r *task) emit(e Event) {
	if r.Events == nil {
		return
	}
	e.Time = r.Now()
	if e.Step == 0 {
		e.Step, e.Of = r.step, len(r.plan.Changes)
	}
	r.Events(e)
}

// maxTries bounds how often a change with lost answers is converged anew.
const maxTries = 4

// change carries out one change. Where the outcome of a write is unknown the
// farm is read again and what is left to do follows from that.
func (r *task) change(ctx context.Context, c *plan.Change) error {
	again := r.mayDiffer(c)
	r.latePause = 0
	for try := 1; ; try++ {
		r.refused = nil
		err := r.converge(ctx, c, again)
		var doubt *DoubtError
		if errors.As(err, &doubt) && r.waitForLost(doubt) {
			again = true
			try--
			continue
		}
		if err == nil && len(r.refused) > 0 {
			return &RefusedError{Properties: r.refused}
		}
		if err == nil || try == maxTries || !lost(err) {
			return err
		}
		r.emit(Event{Type: Notice, Address: c.Address, Message: "the answer was lost: reading the farm to see what became of it", Err: err})
		again = true
	}
}

// mayDiffer tells whether an earlier run may have changed the object already.
func (r *task) mayDiffer(c *plan.Change) bool {
	return r.Resume && (r.Begun == nil || r.Begun[c.Address])
}

// keepRevealed notes each secret that is revealed, so that no request shows it,
// whatever the farm calls it.
func (r *task) keepRevealed() {
	reveal := r.Reveal
	if reveal == nil {
		return
	}
	r.Reveal = func(ref model.SecretRef) (string, error) {
		value, err := reveal(ref)
		if err == nil && !slices.Contains(r.revealed, value) {
			r.revealed = append(r.revealed, value)
		}
		return value, err
	}
}

// alreadyRelinked marks the objects whose references an earlier run may have
// moved on the way to its other changes.
func (r *task) alreadyRelinked() {
	if !r.Resume {
		return
	}
	for i := range r.plan.Changes {
		if c := &r.plan.Changes[i]; r.mayDiffer(c) {
			for _, text := range c.Relinks {
				r.relinked[text] = true
			}
			for _, e := range c.AlsoChanges {
				r.relinked[e.Address] = true
			}
		}
	}
}

func lost(err error) bool {
	var e *ras.Error
	return errors.As(err, &e) && (e.Kind == ras.KindUnknownOutcome || e.MaybeDone)
}

func is(err error, kind ras.Kind) bool {
	var e *ras.Error
	return errors.As(err, &e) && e.Kind == kind
}

func (r *task) converge(ctx context.Context, c *plan.Change, again bool) error {
	switch c.Action {
	case plan.Create:
		return r.create(ctx, c, c.Desired, again)
	case plan.Delete:
		return r.delete(ctx, c, again)
	case plan.Replace:
		return r.replace(ctx, c, again)
	case plan.Reorder:
		return r.reorder(ctx, c)
	default:
		return r.update(ctx, c, again)
	}
}

// before reads the object a change was computed from, and checks that it is
// still what it was.
func (r *task) before(ctx context.Context, c *plan.Change, again bool) (*model.Object, error) {
	old := c.Before
	if old == nil { // from a plan file: found by its address
		if old = r.find(c); old == nil {
			if again {
				return nil, nil
			}
			return nil, &StaleError{Address: c.Address, Gone: true}
		}
	}
	now, is, err := r.asPlanned(ctx, c, old, again)
	if err != nil {
		return nil, err
	}
	if now == nil {
		if again {
			return nil, nil
		}
		return nil, &StaleError{Address: c.Address, Gone: true}
	}
	if !again && !is {
		same := false
		if r.Resume && r.Unchanged != nil {
			if same, err = r.Unchanged(ctx, old); err != nil {
				return nil, err
			}
		}
		if !same {
			return nil, &StaleError{Address: c.Address}
		}
	}
	return now, nil
}

// asPlanned looks at the object of a change, and tells whether it is what the plan
// was made from. Where another change gave something a new name meanwhile it looks
// once more: references are compared by what has the name.
func (r *task) asPlanned(ctx context.Context, c *plan.Change, old *model.Object, again bool) (now *model.Object, is bool, err error) {
	if again {
		now, err = r.Live.Reread(ctx, r.Writer, old, c.Declared())
		return now, true, err
	}
	for {
		names := r.Looks.names
		if now, err = r.Looks.Object(ctx, r.Writer, old, c.Wanted()); err != nil || now == nil {
			return now, false, err
		}
		is = r.relinked[old.Address.String()] || c.PreImage == "" || plan.SamePreImage(r.cat, r.Live.Names, now, c.PreImage, c.Wanted())
		if is || names == r.Looks.names {
			return now, is, nil
		}
	}
}

func (r *task) find(c *plan.Change) *model.Object {
	if id := r.IDs[c.Address]; id != "" {
		if o := r.Live.ByID(c.Kind, id); o != nil {
			return o
		}
		if c.Action != plan.Replace {
			return nil // what has the name now is another object
		}
	}
	a := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
	if c.RenamedFrom != "" {
		old := a
		old.Name = c.RenamedFrom
		if o := r.Live.Find(old); o != nil {
			return o
		}
	}
	return r.Live.Find(a)
}

func (r *task) update(ctx context.Context, c *plan.Change, again bool) error {
	live, err := r.before(ctx, c, again)
	if err != nil {
		return err
	}
	if live == nil {
		return &StaleError{Address: c.Address, Gone: true}
	}
	if err := r.untouched(ctx, c, again); err != nil {
		return err
	}
	k := r.cat.Kind(c.Kind)
	planned := map[string]bool{}
	for _, f := range c.Fields {
		planned[f.Path] = true
	}
	desired := c.Reads(k)
	if again {
		desired = c.Desired
	}
	edits, _ := plan.Compare(k, desired, live, r.Live.Names, only(planned), false)
	kept := edits.Leaves[:0]
	for _, l := range edits.Leaves {
		// What a folder may mask is written only if the plan says so.
		if l.Prop.InheritsDown == nil || planned[l.Prop.Path()] {
			kept = append(kept, l)
		}
	}
	edits.Leaves = kept
	if err := r.known(edits, c.Site); err != nil {
		return err
	}
	if err := r.write(ctx, k, c.Desired, live, edits); err != nil {
		return err
	}
	r.remember(renamed(live, c.Desired))
	r.relinked[live.Address.String()] = true // what this run made of it is no change of others
	if err := r.noteCopies(c); err != nil {
		return err
	}
	return r.record(&plan.Change{Desired: c.Desired, Before: live}, edits)
}

// renamed is the live object under its declared address.
func renamed(live, desired *model.Object) *model.Object {
	o := *live
	o.Address.Name = desired.Address.Name
	return &o
}

// remember puts an object in place of its old state.
func (r *task) remember(o *model.Object) {
	if was := r.Live.ByID(o.Address.Kind, o.ID); was == nil || was.Address.Name != o.Address.Name {
		r.Looks.renames()
	}
	r.Live.Remember(o)
}

// forget drops an object that was deleted.
func (r *task) forget(o *model.Object) {
	r.Looks.renames()
	r.Live.Forget(o)
}

// only says that exactly these values that cannot be read back are to be sent.
type only map[string]bool

// State implements plan.Sent.
func (o only) State(_ model.Address, path string, _ any) plan.SentState {
	if o[path] {
		return plan.SentOther
	}
	return plan.SentSame
}

// record remembers what was sent and can't be read back.
func (r *task) record(c *plan.Change, edits *plan.Edits) error {
	if r.Sent == nil {
		return nil
	}
	any := false
	for _, l := range edits.Leaves {
		if r.wasRefused(l.Prop.Path()) {
			continue
		}
		if l.Prop.WriteOnly || (c.Before != nil && c.Before.Hides(l.Prop.Path())) {
			if err := r.Sent.Record(c.Desired.Address, l.Prop.Path(), declared(l.Value)); err != nil {
				return err
			}
			any = true
		}
	}
	if !any {
		return nil
	}
	return r.Sent.Save()
}

// declared is a value as the document has it.
func declared(v any) any {
	switch v := v.(type) {
	case model.EntryRef:
		return v.Name
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = declared(e)
		}
		return out
	}
	return v
}

func (r *task) delete(ctx context.Context, c *plan.Change, again bool) error {
	live, err := r.before(ctx, c, again)
	if err != nil || live == nil {
		return err
	}
	k := r.cat.Kind(c.Kind)
	if err := r.remove(ctx, k, live); err != nil {
		return err
	}
	r.forget(live)
	r.deleted = append(r.deleted, live)
	if r.Sent != nil {
		r.Sent.Forget(live.Address)
		return r.Sent.Save()
	}
	return nil
}

func (r *task) remove(ctx context.Context, k *model.Kind, live *model.Object) error {
	_, err := r.send(ctx, ras.Request{Method: "DELETE", Path: export.SelfPath(k.Delete, live.ID)}, sends{object: live, does: "delete"})
	if is(err, ras.KindNotFound) {
		return nil // gone already, which is what was wanted
	}
	return err
}
