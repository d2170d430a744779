using Coterie.Model.Ids;

namespace Coterie.Host.Start;

/// <summary>Random identities from the operating system: <see cref="Guid.NewGuid"/> draws from its cryptographic source.</summary>
internal sealed class SystemIdSource : IdSource
{
    public override Guid NextGuid() => Guid.NewGuid();
}
