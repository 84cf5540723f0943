// Package export reads a live farm into the model: lists first, one request a
// kind and site, then only what the lists leave out. It is also the live side
// of every plan. Nothing here can write.
package export
