// Package apply carries out plans: it binds them to the live objects, writes step
// by step while a journal is kept (see package runs), activates, and reads back what
// it wrote.
//
// Writing converges: before each change the object is read anew, what still
// differs is written, and where an answer was lost the object is read again
// and what is left to do follows from that. So a change is never repeated
// blindly, and a killed run is finished by the same code that would have
// finished it.
package apply
