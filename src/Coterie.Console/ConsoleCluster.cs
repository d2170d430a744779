using System.Net;

namespace Coterie.WebConsole;

/// <summary>Whom the console asks: the nodes that it stands beside.</summary>
/// <param name="Cql">Where they speak CQL. The first that answers is asked.</param>
public sealed record ConsoleCluster(IReadOnlyList<IPEndPoint> Cql);
