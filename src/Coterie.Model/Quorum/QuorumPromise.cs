using System.Text.Json.Serialization;

namespace Coterie.Model.Quorum;

/// <summary>What a read may count on.</summary>
public enum QuorumPromise
{
    /// <summary>A read meets the latest acknowledged write, wherever the two are asked for.</summary>
    [JsonStringEnumMemberName("strong")]
    Strong,

    /// <summary>It does if both are asked for in the same data centre, whichever that is; not otherwise.</summary>
    [JsonStringEnumMemberName("strongWithinDatacenter")]
    StrongWithinDatacenter,

    /// <summary>It may miss it.</summary>
    [JsonStringEnumMemberName("eventual")]
    Eventual,
}
