using Coterie.Model.Quorum;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;

namespace Coterie.Server.Execution;

/// <summary>Which levels a request may use, and how many replicas it needs: the level's count, or the payload's own.</summary>
internal static class Consistencies
{
    public static ReplicaRequirement OfWrite(ClientRequest request, ReplicaRequirement[] requirements)
    {
        var level = request.Parameters.Consistency;
        if (level is ConsistencyLevel.Serial or ConsistencyLevel.LocalSerial)
        {
            throw ClientErrorException.Invalid($"{ConsistencyLevelNames.Format(level)} is not a consistency level of writes: it is one of reads, in leader-based keyspaces. Use QUORUM or LOCAL_QUORUM");
        }

        return Required(request, requirements);
    }

    public static ReplicaRequirement OfRead(ClientRequest request, ReplicaRequirement[] requirements)
    {
        var level = request.Parameters.Consistency;
        if (requirements[(int)level].Count == 0 && level is ConsistencyLevel.Serial or ConsistencyLevel.LocalSerial)
        {
            throw ClientErrorException.Invalid(
                $"{ConsistencyLevelNames.Format(level)} is not supported in a leaderless keyspace: there are no conditional updates in it to be serial with. Use QUORUM or LOCAL_QUORUM");
        }

        if (level == ConsistencyLevel.Any)
        {
            throw ClientErrorException.Invalid("ANY ConsistencyLevel is only supported for writes");
        }

        return Required(request, requirements);
    }

    private static ReplicaRequirement Required(ClientRequest request, ReplicaRequirement[] requirements)
    {
        var required = request.Payload.Required;
        if (required == 0)
        {
            return requirements[(int)request.Parameters.Consistency];
        }

        var replicas = requirements[(int)ConsistencyLevel.All].Count;
        return required <= replicas
            ? new ReplicaRequirement(RequirementScope.Anywhere, required)
            : throw ClientErrorException.Invalid($"{PayloadRequest.RequiredKey} is {required}, and the keyspace keeps {replicas} replicas");
    }
}
