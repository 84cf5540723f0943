package workspace

import (
	"errors"
	"fmt"

	"rassync/internal/model"
)

// creatable checks what a create of the object would need. Whether there will
// be one only the farm can tell: an object that exists is managed all the same.
func (c *checker) creatable(k *model.Kind, o *model.Object) {
	if k.Identity.Also != "" {
		first, also, two := model.CutName(o.Address.Name)
		if !two || first == "" || also == "" {
			c.fail(o, "name", fmt.Sprintf("the name has two parts, %s@%s", k.Identity.Read, k.Identity.Also), "write both, parted by @")
		}
	}
	if k.Chooser() == nil {
		return
	}
	var none *model.NoCallError
	_, err := k.CreatePath(o.Spec)
	if v, ok := o.Spec[k.Create.By]; ok && v != nil && errors.As(err, &none) {
		c.say(model.Warning, c.ws.Position(o, none.By), o, none.By, none.Error(), "it can be managed while it exists, but not made; "+none.Hint())
	}
}
