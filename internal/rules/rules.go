package rules

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"rassync/internal/export"
	"rassync/internal/model"
	"rassync/internal/plan"
	"rassync/internal/policy"
)

// Bounds of what rules may cost. One evaluation of an ordinary rule costs some
// hundreds.
const (
	costLimit  = 1_000_000
	allInAll   = 15 * time.Second
	checkEvery = 100 // steps of a comprehension between two looks at the clock
	maxNodes   = 4000
)

// Set is a compiled set of rules.
type Set struct {
	rules []compiled
}

type compiled struct {
	policy.Rule
	when  cel.Program // nil: always
	check cel.Program
}

// Empty tells whether there is no rule.
func (s *Set) Empty() bool { return s == nil || len(s.rules) == 0 }

// Reads lists the kinds that rules look at beside the changes.
func (s *Set) Reads() []string {
	if s == nil {
		return nil
	}
	var out []string
	for _, r := range s.rules {
		out = append(out, r.Reads...)
	}
	return out
}

// Compile checks and compiles rules; every fault is named at its place.
func Compile(list []policy.Rule) (*Set, model.Diagnostics) {
	s := &Set{}
	if len(list) == 0 {
		return s, nil
	}
	var ds model.Diagnostics
	onChange, err := environment(false)
	var onObject *cel.Env
	if err == nil {
		onObject, err = environment(true)
	}
	if err != nil {
		return s, model.Diagnostics{{Severity: model.Error, Summary: "CEL cannot be set up: " + err.Error()}}
	}
	for _, r := range list {
		env, on := onChange, "a change"
		if r.OnObject {
			env, on = onObject, "an object"
		}
		c := compiled{Rule: r}
		for _, part := range []struct {
			word, text string
			to         *cel.Program
		}{{"when", r.When, &c.when}, {"check", r.Check, &c.check}} {
			if part.text == "" {
				continue
			}
			if *part.to, err = program(env, part.text); err != nil {
				ds = append(ds, model.Diagnostic{Severity: model.Error, Source: r.Source, Summary: fmt.Sprintf("rule %q: %s: %s", r.Name, part.word, oneLine(err.Error())),
					Hint: "of " + on + " a rule sees " + strings.Join(variables(r.OnObject), ", ")})
			}
		}
		s.rules = append(s.rules, c)
	}
	return s, ds
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// variables are what an expression sees.
func variables(object bool) []string {
	if object {
		return []string{"kind", "site", "name", "address", "object", "farm", "labels", "account"}
	}
	return []string{"kind", "site", "name", "address", "action", "before", "after", "fields", "impacts", "confirmed", "farm", "labels", "account"}
}

func environment(object bool) (*cel.Env, error) {
	value := cel.MapType(cel.StringType, cel.DynType)
	options := []cel.EnvOption{
		cel.CrossTypeNumericComparisons(true), cel.ParserExpressionSizeLimit(maxNodes), cel.ParserRecursionLimit(50),
		cel.Variable("kind", cel.StringType), cel.Variable("site", cel.StringType), cel.Variable("name", cel.StringType), cel.Variable("address", cel.StringType),
		cel.Variable("farm", cel.MapType(cel.StringType, cel.ListType(value))), cel.Variable("labels", cel.ListType(cel.StringType)), cel.Variable("account", cel.StringType),
		cel.Function("lower", cel.MemberOverload("string_lower", []*cel.Type{cel.StringType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(strings.ToLower(string(v.(types.String)))) }))),
	}
	if object {
		options = append(options, cel.Variable("object", value))
	} else {
		options = append(options, cel.Variable("action", cel.StringType), cel.Variable("before", value), cel.Variable("after", value),
			cel.Variable("fields", cel.ListType(value)), cel.Variable("impacts", cel.ListType(cel.MapType(cel.StringType, cel.StringType))), cel.Variable("confirmed", cel.BoolType))
	}
	return cel.NewEnv(options...)
}

func program(env *cel.Env, text string) (cel.Program, error) {
	ast, issues := env.Compile(text)
	if err := issues.Err(); err != nil {
		return nil, err
	}
	if t := ast.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, fmt.Errorf("it gives %s instead of true or false", t)
	}
	return env.Program(ast, cel.CostLimit(costLimit), cel.InterruptCheckFrequency(checkEvery))
}

// Finding is a rule that a change or an object does not fulfil.
type Finding struct {
	Rule    string
	Message string
	Address string
	Warn    bool
	Source  model.Source // of the rule
	Err     error        // the rule could not be evaluated
}

// Text says it in a line.
func (f Finding) Text() string {
	s := fmt.Sprintf("rule %q: %s: %s", f.Rule, f.Address, f.Message)
	if f.Err != nil {
		s = fmt.Sprintf("rule %q cannot be evaluated on %s: %s", f.Rule, f.Address, oneLine(f.Err.Error()))
		if strings.Contains(s, "no such key") {
			s += "; write has(...) before a value that may be missing"
		}
	}
	if f.Source.File != "" {
		s += " (" + f.Source.String() + ")"
	}
	return s
}

// Input is what rules are evaluated on.
type Input struct {
	Catalog *model.Catalog
	Plan    *plan.Plan
	Live    *export.Farm
	Labels  []string // given by the operator, such as those of a pull request
	Account string
}

// Check evaluates every rule on every change that it is about.
func (s *Set) Check(ctx context.Context, in Input) []Finding {
	if s.Empty() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, allInAll)
	defer cancel()
	v := &view{Input: in, read: s.Reads()}
	// What the farm copies to other objects along with a change is a change, too.
	v.copies = in.Plan.Along(in.Catalog, in.Live)
	for _, c := range v.copies {
		if !slices.ContainsFunc(in.Plan.Changes, func(own plan.Change) bool { return own.Address == c.Address }) {
			v.along = append(v.along, c)
		}
	}
	var out []Finding
	all := append(slices.Clone(in.Plan.Changes), v.along...)
	for n := range all {
		c := &all[n]
		values := map[bool]map[string]any{} // by whether the object is looked at
		for i := range s.rules {
			r := &s.rules[i]
			if !about(r, c) || r.OnObject && c.Action == plan.Delete {
				continue
			}
			if values[r.OnObject] == nil {
				values[r.OnObject] = v.of(c, r.OnObject)
			}
			if f := r.evaluate(ctx, values[r.OnObject]); f != nil {
				f.Address = c.Address
				out = append(out, *f)
			}
		}
	}
	return out
}

// about tells whether a rule is about a change: by the object's new name or by
// the one that it had.
func about(r *compiled, c *plan.Change) bool {
	a := model.Address{Site: c.Site, Kind: c.Kind, Name: c.Name}
	if r.About(a) || c.RenamedFrom == "" {
		return r.About(a)
	}
	a.Name = c.RenamedFrom
	return r.About(a)
}

func (r *compiled) evaluate(ctx context.Context, values map[string]any) *Finding {
	finding := Finding{Rule: r.Name, Message: r.Message, Warn: r.Warn, Source: r.Source}
	ask := func(p cel.Program) (bool, error) {
		if err := ctx.Err(); err != nil {
			return false, fmt.Errorf("the rules together take longer than %s", allInAll)
		}
		out, _, err := p.ContextEval(ctx, values)
		if err != nil {
			return false, err
		}
		yes, ok := out.Value().(bool)
		if !ok {
			return false, fmt.Errorf("it gives %s instead of true or false", out.Type().TypeName())
		}
		return yes, nil
	}
	if r.when != nil {
		counts, err := ask(r.when)
		if err != nil {
			finding.Err = err
			return &finding
		}
		if !counts {
			return nil
		}
	}
	good, err := ask(r.check)
	if good && err == nil {
		return nil
	}
	finding.Err = err
	return &finding
}
