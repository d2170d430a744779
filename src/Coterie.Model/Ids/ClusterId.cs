namespace Coterie.Model.Ids;

/// <summary>The random identity that formation gives a cluster. Every handshake between nodes checks it; all zero before formation.</summary>
public readonly record struct ClusterId(Guid Value)
{
    public static ClusterId None => default;

    public override string ToString() => Value.ToString("D");
}
