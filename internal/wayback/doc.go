// Package wayback works out what a rollback goes back to: from what a run sent,
// as its journal says, how the touched objects were before, and how the farm is
// now.
//
//	was    the snapshot: before the run
//	wrote  the plan of the run, as far as the journal says that it was sent
//	now    the farm
//
// A value goes back from wrote to was. What is neither was changed by others
// since; it is named, and left alone unless somebody asks for it by name. An
// object of which the journal holds no send is not touched, and of the others
// only what was sent.
package wayback
